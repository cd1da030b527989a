/** A language as its reader's browser writes it: days, hours and amounts of British English are not those of American. */
export function regional(lang: string, wanted: readonly string[] = navigator.languages): string {
  return wanted.find((tag) => tag.toLowerCase().split('-')[0] === lang) ?? lang;
}
