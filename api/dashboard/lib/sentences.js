// What the API says, which begins in lower case, as a sentence that stands by itself.

const IDENTIFIER = /^[a-z]+(?:[_.:/@-]|\d)/;

/**
 * The text with a capital and a full stop; what begins with an identifier or in quotes keeps its beginning.
 * @param {string} text
 */
export function asSentence(text) {
  const trimmed = text.trim();
  if (!trimmed) return trimmed;
  const [first] = trimmed.split(/\s/);
  const begun = IDENTIFIER.test(first) ? trimmed : trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…:”"')\]]$/.test(begun) ? begun : `${begun}.`;
}
