"""mapp: a git-native library of JavaScript mini-apps."""
