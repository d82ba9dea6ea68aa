/* Words as they are compared: without accents, capitals or signs. The same as `fold` in catalogue/pages/search.py. */
const LETTERS = { "æ": "ae", "œ": "oe", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i" };
export const words = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[æœßøđłı]/g, c => LETTERS[c]).match(/[\p{L}\p{N}]+/gu) ?? [];
