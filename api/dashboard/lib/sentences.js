// What the API says, which begins in lower case, as a sentence that stands by itself.

const IDENTIFIER = /^[a-z]+(?:[_.:/@-]|\d)/;

/**
 * A text with a capital; what begins with an identifier keeps its beginning.
 * @param {string} text
 */
export const capitalize = (text) =>
  IDENTIFIER.test(text.split(/\s/)[0]) ? text : text.charAt(0).toUpperCase() + text.slice(1);

/**
 * The text with a capital and a full stop; what begins with an identifier or in quotes keeps its beginning.
 * @param {string} text
 */
export function asSentence(text) {
  const trimmed = text.trim();
  if (!trimmed) return trimmed;
  const begun = capitalize(trimmed);
  return /[.!?…:”"')\]]$/.test(begun) ? begun : `${begun}.`;
}
