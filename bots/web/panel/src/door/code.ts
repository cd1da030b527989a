/** A ticket's code in its one written form, whether scanned or typed; null when it is none. */
const LETTERS = /^[0-9A-HJKMNP-TV-Z]{16}$/;

export function readCode(text: string): string | null {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  return LETTERS.test(plain) ? (plain.match(/.{4}/g) ?? []).join('-') : null;
}
