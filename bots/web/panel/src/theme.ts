/** Light, dark or as the device: one attribute on the page, remembered in this browser. */
export type Theme = 'system' | 'light' | 'dark';

const STORED = 'eventos.theme';

export function theme(): Theme {
  const stored = safely(() => localStorage.getItem(STORED));
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

export function setTheme(next: Theme): void {
  safely(() => localStorage.setItem(STORED, next));
  applyTheme(next);
}

export function applyTheme(next: Theme = theme()): void {
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}

function safely<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
