"""The words that coders are told, one file each; they are program text: versioned, tested, digested."""
