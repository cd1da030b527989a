import { cleanup, configure, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, it, vi } from 'vitest';
import { WordsProvider } from '../i18n';
import { DeskContext, type Desk } from '../wizard/desk';
import { PendingBook } from '../wizard/pending';
import { WizardStore, type Services } from '../wizard/store';
import { ChatPane, type Outgoing } from './ChatPane';

const handed: Outgoing[] = [];
vi.mock('./Room', () => ({
  default: ({ outgoing }: { outgoing: Outgoing | null }) => {
    if (outgoing) handed.push(outgoing);
    return null;
  },
}));

// A machine with much else to do is slow, and that is no failure.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });
afterEach(cleanup);

it('tells the conversation where the form was when something was said, not where it is once the words are on their way', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const wizard = {
    begin: async () => {
      await answered;
      return { success: true, sessionId: '5f0c7f0e-0000-4000-8000-000000000001', stage: 1, eventDraft: {} };
    },
  } as unknown as Services['wizard'];
  const services: Services = { wizard, putAside: () => Promise.resolve(true), now: () => 0, key: () => 'key', onAuth: () => undefined, online: () => true };
  const store = new WizardStore(new PendingBook('ana'), services);
  const desk: Desk = { store, userId: 'ana', guest: false, connected: '', live: false, onPublished: () => undefined };
  render(
    <WordsProvider>
      <MemoryRouter>
        <DeskContext.Provider value={desk}>
          <ChatPane folded={false} />
        </DeskContext.Provider>
      </MemoryRouter>
    </WordsProvider>,
  );
  await userEvent.type(await screen.findByLabelText('Message'), 'Make it 40 people{Enter}');
  // The organizer goes on in the form while the server is long in answering.
  store.goTo(3);
  answer();
  await waitFor(() => expect(handed.at(-1)?.text).toBe('Make it 40 people'));
  expect(handed.at(-1)?.from).toEqual({ stage: 1, turn: 0 });
});
