/** For tests alone: a server of one draft, which refuses and loses what it is told to. */
import { Failure } from '../api/failure';
import type { WizardAnswer } from '../api/wizard';
import type { Services } from './store';

type Call = [action: string, sessionId: string, stage: number, data: Record<string, unknown>];

/** A server of one draft that counts revisions as the real one does. */
export class Server {
  draft: Record<string, unknown> = {};
  revision = 0;
  calls: Call[] = [];
  keys: string[] = [];
  next: (Failure | 'lost')[] = [];
  gate: Promise<void> = Promise.resolve();
  aside = new Set<string>();

  private async take(action: string, sessionId: string, stage: number, data: object): Promise<WizardAnswer> {
    await this.gate;
    const { revision, ...values } = data as Record<string, unknown>;
    this.calls.push([action, sessionId, stage, data as Record<string, unknown>]);
    const trouble = this.next.shift();
    if (trouble instanceof Failure) return Promise.reject(trouble);
    if (revision !== undefined && revision !== this.revision) {
      return Promise.reject(new Failure('conflict', 409, '', 'CONFLICT', {}, null, { ...this.draft, revision: this.revision }));
    }
    this.draft = { ...this.draft, ...values };
    if (Object.keys(values).length > 0) this.revision += 1;
    if (trouble === 'lost') return Promise.reject(new Failure('network', 0));
    return Promise.resolve({ success: true, sessionId, stage, eventDraft: { ...this.draft, revision: this.revision } });
  }

  /** Somebody else changes the draft. */
  touch(values: Record<string, unknown>): void {
    this.draft = { ...this.draft, ...values };
    this.revision += 1;
  }

  wizard: Services['wizard'] = {
    begin: (key) => {
      this.keys.push(key);
      const trouble = this.next.shift();
      if (trouble) return Promise.reject(trouble === 'lost' ? new Failure('network', 0) : trouble);
      return Promise.resolve({ success: true, sessionId: `session of ${key}`, stage: 1, eventDraft: {} });
    },
    save: (id, stage, data) => this.take('save-draft', id, stage, data),
    stage: (id, stage, data) => this.take('process-stage', id, stage, data),
    publish: (id, revision) => this.take('publish', id, 6, { revision }),
  };
}
