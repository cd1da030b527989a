/**
 * Scans at a door, kept on this device until the server has answered each of them.
 * Without a network a ticket is judged by what was known last, and says so; the server's word comes later and counts.
 */
export type Result = 'admitted' | 'already' | 'cancelled' | 'unpaid' | 'unknown' | 'undone';

export interface DoorTicket {
  code: string;
  name: string | null;
  kind: string | null;
  status: 'held' | 'valid' | 'used' | 'cancelled';
  checkedInAt: string | null;
  door: string | null;
}

export interface Scan {
  id: string;
  code: string;
  at: string;
  door: string;
  undo?: boolean;
}

export interface Verdict {
  id: string;
  code: string;
  result: Result;
  name: string | null;
  kind: string | null;
  firstAt: string | null;
  firstDoor: string | null;
  /** Judged on this device alone, for now. */
  provisional: boolean;
  /** The device let somebody in whom the server would not have. */
  conflict: boolean;
}

export interface Told {
  id: string;
  result: Result;
  name: string | null;
  kind: string | null;
  firstAt: string | null;
  firstDoor: string | null;
}

const RESULT: Record<DoorTicket['status'], Result> = { held: 'unpaid', valid: 'admitted', used: 'already', cancelled: 'cancelled' };

/** What this device can say of a scan by itself. */
export function judge(tickets: ReadonlyMap<string, DoorTicket>, scan: Scan): Verdict {
  const ticket = tickets.get(scan.code);
  const verdict = { id: scan.id, code: scan.code, provisional: true, conflict: false };
  if (!ticket) return { ...verdict, result: 'unknown', name: null, kind: null, firstAt: null, firstDoor: null };
  return { ...verdict, result: RESULT[ticket.status], name: ticket.name, kind: ticket.kind, firstAt: ticket.checkedInAt, firstDoor: ticket.door };
}

/** The tickets after a scan: whoever was let in is in. */
export function after(tickets: ReadonlyMap<string, DoorTicket>, scan: Scan, result: Result): Map<string, DoorTicket> {
  const next = new Map(tickets);
  const ticket = next.get(scan.code);
  if (ticket && result === 'admitted') next.set(scan.code, { ...ticket, status: 'used', checkedInAt: scan.at, door: scan.door });
  if (ticket && result === 'undone') next.set(scan.code, { ...ticket, status: 'valid', checkedInAt: null, door: null });
  return next;
}

/**
 * The tickets as the server read them, but for those that changed here while its answer was on its way (`before` is what was known when
 * it was asked, `now` what is known): it cannot know of that yet.
 */
export function learnt(found: readonly DoorTicket[], before: ReadonlyMap<string, DoorTicket>, now: ReadonlyMap<string, DoorTicket>): Map<string, DoorTicket> {
  const newer = (ticket: DoorTicket) => {
    const here = now.get(ticket.code);
    return here && here !== before.get(ticket.code) ? here : ticket;
  };
  return new Map(found.map((ticket) => [ticket.code, newer(ticket)]));
}

/** The server's word about a scan, beside what was shown before. */
export function settle(before: Verdict | undefined, code: string, told: Told): Verdict {
  const let_in = before?.provisional === true && before.result === 'admitted';
  return { ...told, code, provisional: false, conflict: let_in && told.result !== 'admitted' };
}

/** Scans of one event that wait for their answers, across reloads of the page. */
export class Waiting {
  private readonly key: string;

  constructor(event: string) {
    this.key = `eventos.scans.${event}`;
  }

  all(): Scan[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.key) ?? '[]');
      return Array.isArray(kept) ? (kept as Scan[]) : [];
    } catch {
      return [];
    }
  }

  /** False: this device keeps nothing, and a scan without a network would be lost with the page. */
  add(scan: Scan): boolean {
    return this.write([...this.all(), scan]);
  }

  done(ids: ReadonlySet<string>): void {
    this.write(this.all().filter((scan) => !ids.has(scan.id)));
  }

  private write(scans: Scan[]): boolean {
    try {
      localStorage.setItem(this.key, JSON.stringify(scans));
      return true;
    } catch {
      return false;
    }
  }
}
