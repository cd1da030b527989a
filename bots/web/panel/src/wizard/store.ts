/**
 * One draft as the form and the chat share it: what the server has, what was typed over it, and the one queue that saves.
 * Promises: an edit is on this device before it is sent and leaves it only when the server has it; requests go one after
 * another; what the server says is never overwritten by an older revision; every failure ends in one state with words.
 */
import { asFailure, fieldWords, type Failure } from '../api/failure';
import { sharedFrom, wizard, type WizardAnswer } from '../api/wizard';
import { asStage, type ClockTurn, type Draft, type Field, type Progress, type Provenance, type Shared, type Stage, type Suggestion } from '../draft/types';
import { decided, edited, overlay, payload, rebased, settled, type Conflict, type Edits, type Value } from '../draft/merge';
import { begun } from './begin';
import type { Landed } from './outbox';
import { Pace } from './pace';
import { hold, type Pending, type PendingBook } from './pending';

export type Saving = 'idle' | 'saving' | 'saved' | 'offline' | 'waiting' | 'failed';

export interface Snapshot {
  sessionId: string | null;
  stage: Stage;
  /** Counts the times that the organizer turned to a stage; the conversation turns without it. */
  turn: number;
  server: Draft;
  draft: Draft;
  /** What the clocks make of the hour that the server has. */
  clock: ClockTurn | null;
  revision: number;
  provenance: Record<string, Provenance>;
  progress: Progress | null;
  suggestions: Suggestion[];
  publish: Shared['publish'];
  /** The last answer came without the model. */
  degraded: boolean;
  edits: Edits;
  errors: Record<string, string>;
  conflicts: Conflict[];
  saving: Saving;
  /** When a refused request may be sent again, in milliseconds of the clock. */
  waitUntil: number | null;
  failure: Failure | null;
  /** It was a draft here, and is none any more: another tab or a chat published it. */
  elsewhere: boolean;
}

type Send = (sessionId: string, data: object) => Promise<WizardAnswer>;

export interface Services {
  wizard: typeof wizard;
  /** Puts a session aside; false: there is none that could be. */
  putAside: (sessionId: string) => Promise<boolean>;
  now: () => number;
  key: () => string;
  onAuth: () => void;
  online: () => boolean;
  /** What somebody else is sending of the record with this key: taken over before anything more of the draft is sent. */
  before?: (key: string) => Promise<Landed | null> | undefined;
}

const RETRIES = 3;
const BACKGROUND_MS = 15_000;
/** How often a write may meet a newer revision before the organizer is asked to try again. */
const REBASES = 4;

export class WizardStore {
  private snapshot: Snapshot;
  private listeners = new Set<() => void>();
  private queue: Promise<unknown>;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private beginning: Promise<string> | null = null;
  private key: string;
  private refused = new Map<Field, number>();
  private readonly pace: Pace;

  constructor(
    private readonly book: PendingBook,
    private readonly services: Services,
    start: Shared = {},
    kept: Pending | null | undefined = start.sessionId ? book.forSession(start.sessionId) : null,
  ) {
    this.key = kept?.key ?? services.key();
    this.pace = new Pace(services.now);
    this.snapshot = {
      sessionId: start.sessionId ?? kept?.sessionId ?? null,
      stage: asStage(start.stage ?? kept?.stage),
      turn: 0,
      server: {},
      draft: {},
      clock: null,
      revision: 0,
      provenance: {},
      progress: null,
      suggestions: [],
      publish: null,
      degraded: false,
      edits: kept?.edits ?? {},
      errors: {},
      conflicts: [],
      saving: 'idle',
      waitUntil: null,
      failure: null,
      elsewhere: false,
    };
    this.queue = services.before?.(this.key)?.then((landed) => this.sentBefore(landed)) ?? Promise.resolve();
    this.receive(start);
    if (kept) {
      const { edits, conflicts } = rebased(kept.edits, this.snapshot.server, this.snapshot.provenance);
      this.set({ edits, conflicts });
      this.keep(true);
      if (conflicts.length === 0) this.schedule(0);
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): Snapshot => this.snapshot;

  /** What goes to the chat: what the server itself last said. */
  shared(): Shared {
    const { sessionId, revision, stage, server, clock, provenance, progress, suggestions, publish } = this.snapshot;
    return { sessionId, revision, stage, draft: server, clock, provenance, progress, suggestions, errors: {}, publish };
  }

  /** Takes over what the server says, unless something newer is known. */
  receive(shared: Shared): void {
    const revision = shared.revision ?? shared.draft?.revision ?? this.snapshot.revision;
    if (revision < this.snapshot.revision) return;
    const server = shared.draft ?? this.snapshot.server;
    this.set({
      sessionId: shared.sessionId ?? this.snapshot.sessionId,
      server,
      clock: shared.clock === undefined ? this.snapshot.clock : shared.clock,
      revision,
      provenance: shared.provenance ?? this.snapshot.provenance,
      progress: shared.progress ?? this.snapshot.progress,
      suggestions: shared.suggestions ?? this.snapshot.suggestions,
      publish: shared.publish ?? this.snapshot.publish,
      degraded: shared.degraded ?? this.snapshot.degraded,
      errors: shared.errors ? fieldWords(shared.errors) : this.snapshot.errors,
    });
  }

  /** The same where nobody here asked to publish: what is published by now was published elsewhere. */
  told(shared: Shared): void {
    const { status } = this.snapshot.server;
    this.receive(shared);
    if (isDraft(status) && !isDraft(this.snapshot.server.status)) this.set({ elsewhere: true });
  }

  /** Takes over what others made of the draft meanwhile: another tab, a chat. What is unsaved here stays, or is asked about. */
  refresh(read: (sessionId: string) => Promise<Shared | null>): Promise<void> {
    // In line: what is on its way from here would come back as somebody else's.
    return this.inLine(async () => {
      const { sessionId } = this.snapshot;
      // Unreachable now: the next look tries again, and a save says so by itself.
      const shared = sessionId ? await read(sessionId).catch(() => null) : null;
      if (!shared?.draft) return;
      // Publishing makes no new revision of what it publishes.
      const isOver = isDraft(this.snapshot.server.status) && !isDraft(shared.draft.status);
      if ((shared.revision ?? 0) <= this.snapshot.revision && !isOver) return;
      const { edits, conflicts } = rebased(this.snapshot.edits, shared.draft, shared.provenance ?? {});
      this.told(shared);
      this.set({ edits, conflicts });
      this.keep();
    });
  }

  /** The organizer turns to a stage. */
  goTo(stage: Stage): void {
    this.set({ stage, turn: this.snapshot.turn + 1 });
  }

  /** The conversation turned to a stage; whoever writes there goes on writing. */
  follow(stage: Stage): void {
    this.set({ stage });
  }

  /** One change of the form: kept on this device at once, sent a moment later. */
  edit(field: Field, value: Value): void {
    const edits = edited(this.snapshot.edits, this.snapshot.server, field, value);
    const { [field]: _gone, ...errors } = this.snapshot.errors;
    this.set({ edits, errors });
    this.keep(true);
    if (Object.keys(edits).length === 0) return;
    void this.session().catch(() => undefined);
    this.schedule(this.pace.wait());
  }

  /** The session's id; made when there is none. Asking twice at once asks the server once. */
  session(): Promise<string> {
    if (this.snapshot.sessionId) return Promise.resolve(this.snapshot.sessionId);
    this.beginning ??= this.begin().catch((thrown: unknown) => {
      this.beginning = null;
      throw thrown;
    });
    return this.beginning;
  }

  /** Saves everything now. True when the server has it. */
  save(): Promise<boolean> {
    return this.push((id, data) => this.services.wizard.save(id, this.snapshot.stage, data), true);
  }

  /** Saves what is unsaved; nothing is sent when nothing is. */
  flush(): Promise<boolean> {
    return this.push((id, data) => this.services.wizard.save(id, this.snapshot.stage, data), false);
  }

  /** Finishes a stage: its values are processed, and suggestions for what comes next arrive. */
  finish(stage: Stage): Promise<boolean> {
    return this.push((id, data) => this.services.wizard.stage(id, stage, data), true);
  }

  /** Applies something that was suggested. */
  async accept(suggestionId: string): Promise<boolean> {
    if (!(await this.flush())) return false;
    return this.push((id, data) => this.services.wizard.stage(id, this.snapshot.stage, { ...data, suggestionId }), true);
  }

  /** Publishes exactly the revision that is shown. */
  async publish(): Promise<WizardAnswer | null> {
    if (!(await this.flush())) return null;
    const key = this.services.key();
    return this.inLine(async () => {
      this.set({ saving: 'saving', failure: null });
      try {
        const id = await this.session();
        const answer = await this.services.wizard.publish(id, this.snapshot.revision, key);
        this.receive(sharedFrom(answer));
        this.set({ saving: 'saved' });
        return answer;
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (failure.current) this.receive({ draft: failure.current, revision: failure.current.revision });
        this.fail(failure);
        return null;
      }
    });
  }

  /** The organizer's decision about a field that both sides changed. */
  decide(conflict: Conflict, keepYours: boolean): void {
    const conflicts = this.snapshot.conflicts.filter((one) => one.field !== conflict.field);
    this.set({ edits: decided(this.snapshot.edits, conflict, keepYours), conflicts });
    this.keep(true);
    if (conflicts.length === 0) this.schedule(0);
  }

  /** Tries again after a failure, by hand or because the network is back. */
  retry(): void {
    this.set({ failure: null, waitUntil: null });
    this.schedule(0);
  }

  dismiss(): void {
    this.set({ failure: null });
  }

  /** While its page is open nobody else sends its edits; what is returned ends that. */
  hold = (): (() => void) => hold(this.key);

  /** Stops its timers; what is unsaved stays on this device. */
  close(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private async begin(): Promise<string> {
    const answer = await begun(this.key, this.services.wizard);
    const id = answer.sessionId ?? '';
    this.receive({ ...sharedFrom(answer), stage: undefined });
    this.keep();
    return id;
  }

  private sentBefore(landed: Landed | null): void {
    if (landed) this.landed(landed.answer, landed.edits);
  }

  private push(send: Send, always: boolean): Promise<boolean> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    return this.inLine(() => this.sendEdits(send, always));
  }

  private async sendEdits(send: Send, always: boolean): Promise<boolean> {
    const { waitUntil } = this.snapshot;
    const left = (waitUntil ?? 0) - this.services.now();
    if (left > 0) {
      this.schedule(left);
      return false;
    }
    for (let attempt = 0, rebases = 0; ; ) {
      const edits = this.sendable();
      if (Object.keys(edits).length === 0 && !always) return this.snapshot.conflicts.length === 0;
      if (!always && this.isAside()) return false;
      this.set({ saving: 'saving' });
      try {
        const id = await this.session();
        if (!always && this.isAside()) {
          this.set({ saving: 'idle' });
          return false;
        }
        const { revision } = this.snapshot;
        this.pace.note();
        const answer = await send(id, revision > 0 ? { ...payload(edits), revision } : payload(edits));
        this.landed(answer, edits);
        return true;
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (failure.kind === 'conflict' && failure.current && (rebases += 1) <= REBASES) {
          if (!this.rebase(failure.current)) return false;
        } else if (this.passing(failure) && (attempt += 1) <= RETRIES) {
          await pause(300 * 2 ** attempt);
        } else {
          this.fail(failure, edits);
          return false;
        }
      }
    }
  }

  /** Faults that may pass by themselves within a moment. */
  private passing(failure: Failure): boolean {
    if (failure.kind === 'network') return this.services.online();
    return failure.kind === 'server' || failure.kind === 'inFlight';
  }

  private sendable(): Edits {
    const conflicting = new Set<string>(this.snapshot.conflicts.map((one) => one.field));
    const open = Object.entries(this.snapshot.edits).filter(
      ([field, edit]) => !conflicting.has(field) && this.refused.get(field as Field) !== edit.at,
    );
    return Object.fromEntries(open) as Edits;
  }

  private landed(answer: WizardAnswer, sent: Edits): void {
    const errors = answer.validationErrors ? fieldWords(answer.validationErrors) : {};
    const shared = sharedFrom(answer);
    // An answer with a revision carries the whole draft; one without only what it changed.
    const whole = typeof answer.eventDraft?.revision === 'number';
    const draft = whole ? shared.draft : { ...this.snapshot.server, ...payload(sent), ...shared.draft };
    this.told({ ...shared, draft: draft as Draft, errors });
    this.set({ edits: settled(this.snapshot.edits, sent), saving: 'saved', waitUntil: null, failure: null });
    this.keep();
    if (Object.keys(this.sendable()).length > 0) this.schedule(this.pace.wait());
  }

  private rebase(current: Draft): boolean {
    const { edits, conflicts } = rebased(this.snapshot.edits, { ...this.snapshot.server, ...current });
    this.told({ draft: { ...this.snapshot.server, ...current }, revision: current.revision });
    this.set({ edits, conflicts, saving: conflicts.length > 0 ? 'idle' : 'saving' });
    this.keep();
    return conflicts.length === 0;
  }

  private fail(failure: Failure, sent: Edits = {}): void {
    if (failure.kind === 'auth') {
      this.set({ saving: 'offline' });
      this.services.onAuth();
    } else if (failure.kind === 'rate') {
      const wait = (failure.retryAfter ?? 60) * 1000;
      this.set({ saving: 'waiting', waitUntil: this.services.now() + wait, failure: null });
      this.schedule(wait);
    } else if (failure.kind === 'network' || failure.kind === 'unavailable') {
      this.set({ saving: 'offline', failure: null });
      this.schedule(Math.max(BACKGROUND_MS, (failure.retryAfter ?? 0) * 1000));
    } else {
      for (const field of Object.keys(failure.fields) as Field[]) {
        const edit = sent[field];
        if (edit) this.refused.set(field, edit.at);
      }
      this.set({ saving: 'failed', failure, errors: { ...this.snapshot.errors, ...failure.fields } });
    }
  }

  private schedule(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.flush();
    }, ms);
  }

  private inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work, work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** `goesOn`: the organizer goes on with the draft; anything else leaves one that was put aside where it is. */
  private keep(goesOn = false): void {
    const { edits, sessionId, stage, revision, server } = this.snapshot;
    const aside = !goesOn && this.isAside() ? { aside: true } : {};
    if (Object.keys(edits).length === 0) this.book.drop(this.key);
    else this.book.put({ key: this.key, sessionId, stage, edits, revision, server, at: this.services.now(), ...aside });
  }

  /** A page that was left still sends what it has, but not of a draft that was put aside since. */
  private isAside(): boolean {
    return this.book.get(this.key)?.aside === true;
  }

  private set(change: Partial<Snapshot>): void {
    const next = { ...this.snapshot, ...change };
    this.snapshot = { ...next, draft: overlay(next.server, next.edits) };
    for (const listener of this.listeners) listener();
  }
}

const isDraft = (status: Draft['status']): boolean => !status || status === 'draft';

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
