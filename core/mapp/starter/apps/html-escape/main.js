"use strict";

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function main(input) {
  return withoutLoneSurrogates(input.text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

function withoutLoneSurrogates(text) {
  return Array.from(text, (character) => (/^[\ud800-\udfff]$/.test(character) ? "\ufffd" : character)).join("");
}
