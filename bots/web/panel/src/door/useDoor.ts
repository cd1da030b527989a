/** A door's work: tickets as they are known, scans that wait, and the server's answers as they come. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { asFailure } from '../api/failure';
import { door, sendScans } from '../api/sales';
import { readCode } from './code';
import { after, judge, learnt, settle, Waiting, type DoorTicket, type Scan, type Verdict } from './queue';

/** How often what waits is sent, and how often the tickets are read anew. */
const SEND_MS = 4_000;
const READ_MS = 60_000;
/** The same code before the camera is one scan for so long; whoever types it means it. */
const SAME_MS = 4_000;
const BATCH = 200;
const SHOWN = 30;

export interface Door {
  name: string;
  ready: boolean;
  missing: boolean;
  online: boolean;
  kept: boolean;
  total: number;
  inside: number;
  waiting: number;
  verdicts: Verdict[];
  scan: (text: string, by: By) => boolean;
}

/** How a code came, or that its scan is taken back. */
export type By = 'camera' | 'hand' | 'undo';

export function useDoor(event: string, doorName: string): Door {
  const queue = useRef(new Waiting(event));
  const [tickets, setTickets] = useState<ReadonlyMap<string, DoorTicket>>(() => remembered(event));
  const known = useRef(tickets);
  known.current = tickets;
  const [name, setName] = useState('');
  const [ready, setReady] = useState(() => tickets.size > 0);
  const [missing, setMissing] = useState(false);
  const [online, setOnline] = useState(true);
  const [kept, setKept] = useState(true);
  const [waiting, setWaiting] = useState(() => queue.current.all().length);
  const [verdicts, setVerdicts] = useState<Verdict[]>([]);
  const last = useRef({ code: '', at: 0 });
  const busy = useRef(false);

  const learn = useCallback((next: ReadonlyMap<string, DoorTicket>) => {
    known.current = next;
    setTickets(next);
    remember(event, next);
  }, [event]);

  const read = useCallback(async () => {
    try {
      const before = known.current;
      const found = await door(event);
      setName(found.name);
      // What waits here happened, whatever the server knows by now; and what was settled since it was asked.
      let next: ReadonlyMap<string, DoorTicket> = learnt(found.tickets, before, known.current);
      for (const scan of queue.current.all()) next = after(next, scan, scan.undo ? 'undone' : judge(next, scan).result);
      learn(next);
      setReady(true);
      setOnline(true);
    } catch (thrown) {
      const kind = asFailure(thrown).kind;
      if (kind === 'missing' || kind === 'invalid') setMissing(true);
      else setOnline(false);
    }
  }, [event, learn]);

  const send = useCallback(async () => {
    const scans = queue.current.all().slice(0, BATCH);
    if (scans.length === 0 || busy.current) return;
    busy.current = true;
    try {
      const { results } = await sendScans(event, scans);
      const codes = new Map(scans.map((scan) => [scan.id, scan.code]));
      queue.current.done(new Set(results.map((told) => told.id)));
      setWaiting(queue.current.all().length);
      setOnline(true);
      setVerdicts((shown) => {
        const settled = results.map((told) => settle(shown.find((one) => one.id === told.id), codes.get(told.id) ?? '', told));
        const byId = new Map(settled.map((verdict) => [verdict.id, verdict]));
        const fresh = settled.filter((verdict) => verdict.conflict && !shown.some((one) => one.id === verdict.id));
        return [...fresh, ...shown.map((one) => byId.get(one.id) ?? one)].slice(0, SHOWN);
      });
      let next = known.current;
      // What was scanned or undone meanwhile is newer than this answer.
      const newer = new Set(queue.current.all().map((scan) => scan.code));
      for (const told of results) {
        const ticket = next.get(codes.get(told.id) ?? '');
        if (ticket && newer.has(ticket.code)) continue;
        if (ticket && told.result === 'already') next = new Map(next).set(ticket.code, { ...ticket, status: 'used', checkedInAt: told.firstAt, door: told.firstDoor });
        if (ticket && told.result === 'cancelled') next = new Map(next).set(ticket.code, { ...ticket, status: 'cancelled' });
      }
      learn(next);
    } catch (thrown) {
      const kind = asFailure(thrown).kind;
      if (kind === 'missing') setMissing(true);
      setOnline(kind !== 'network' && kind !== 'unavailable');
    } finally {
      busy.current = false;
    }
  }, [event, learn]);

  useEffect(() => {
    void read();
    void send();
    const timers = [setInterval(() => void send(), SEND_MS), setInterval(() => void read(), READ_MS)];
    const back = () => void send().then(read);
    window.addEventListener('online', back);
    return () => {
      timers.forEach(clearInterval);
      window.removeEventListener('online', back);
    };
  }, [read, send]);

  const scan = useCallback(
    (text: string, by: By) => {
      const undo = by === 'undo';
      const code = readCode(text);
      if (!code) return false;
      const now = Date.now();
      if (by === 'camera' && last.current.code === code && now - last.current.at < SAME_MS) {
        last.current.at = now;
        return true;
      }
      last.current = { code, at: now };
      const made: Scan = { id: crypto.randomUUID(), code, at: new Date(now).toISOString(), door: doorName, ...(undo ? { undo } : {}) };
      const verdict = undo ? { ...judge(known.current, made), result: 'undone' as const } : judge(known.current, made);
      setKept(queue.current.add(made));
      setWaiting(queue.current.all().length);
      setVerdicts((shown) => [verdict, ...shown].slice(0, SHOWN));
      learn(after(known.current, made, verdict.result));
      void send();
      return true;
    },
    [doorName, learn, send],
  );

  const all = [...tickets.values()];
  return {
    name, ready, missing, online, kept, waiting, verdicts, scan,
    total: all.filter((ticket) => ticket.status === 'valid' || ticket.status === 'used').length,
    inside: all.filter((ticket) => ticket.status === 'used').length,
  };
}

function remembered(event: string): ReadonlyMap<string, DoorTicket> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`eventos.door.${event}`) ?? '[]');
    return new Map((Array.isArray(kept) ? (kept as DoorTicket[]) : []).map((ticket) => [ticket.code, ticket]));
  } catch {
    return new Map();
  }
}

function remember(event: string, tickets: ReadonlyMap<string, DoorTicket>): void {
  try {
    localStorage.setItem(`eventos.door.${event}`, JSON.stringify([...tickets.values()]));
  } catch {
    // Without a store the tickets are read again after a reload.
  }
}
