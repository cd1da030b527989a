/** A language as its reader's browser writes it: amounts of Canadian English are not those of American. */
export function regional(lang: string, wanted: readonly string[] = navigator.languages): string {
  return wanted.find((tag) => tag.toLowerCase().split('-')[0] === lang && scriptOf(tag) === scriptOf(lang)) ?? lang;
}

/** The same for days and hours: English ones stand as on guests' pages and in chats, May 9, 2031 and 7:00 PM, whatever English the browser speaks. */
export function dated(lang: string, wanted: readonly string[] = navigator.languages): string {
  return lang === 'en' ? 'en-US' : regional(lang, wanted);
}

/** How a language is written: what stands in simplified signs has no traditional units among them. Undefined: it is no language. */
function scriptOf(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).maximize().script;
  } catch {
    return undefined;
  }
}
