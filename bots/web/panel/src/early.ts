/**
 * What the page will need in a moment is asked for at once, side by side: the server's settings with the stored sign-in, and
 * the page's own code. Otherwise each would wait until the one before was drawn, which a slow processor makes long.
 */
import { client } from './api/client';

/** The page at this path; nothing where the first code already has it. */
export function pageAt(path: string): (() => Promise<unknown>) | null {
  if (path.startsWith('/wizard')) return () => import('./wizard/WizardPage');
  if (/^\/dashboard\/events\/[^/]+\/?$/.test(path)) return () => import('./pages/EventPage');
  if (path.startsWith('/dashboard') && !path.includes('/events/')) return () => import('./pages/Dashboard');
  return null;
}

export function begin(path: string): void {
  // A failure meets whoever needs it, and is told there.
  void client().catch(() => undefined);
  void pageAt(path)?.().catch(() => undefined);
}
