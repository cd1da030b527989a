/** The drafts that were talked about in this browser: there the conversation stays in sight, also at the last look. */
const STORED = 'eventos.talked';
const MOST = 30;

function known(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]');
    return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : [];
  } catch {
    return [];
  }
}

export const hasTalked = (sessionId: string | null): boolean => sessionId !== null && known().includes(sessionId);

export function noteTalk(sessionId: string): void {
  try {
    localStorage.setItem(STORED, JSON.stringify([sessionId, ...known().filter((one) => one !== sessionId)].slice(0, MOST)));
  } catch {
    // Forgotten: the conversation is one press away.
  }
}
