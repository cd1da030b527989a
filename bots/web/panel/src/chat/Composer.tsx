/** Where one writes to the assistant: Enter sends, Shift and Enter begins a new line, and while it works it can be stopped. */
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useWords } from '../i18n';
import { Send, Stop } from '../ui/icons';
import { useDesk, useSnapshot } from '../wizard/desk';
import type { Outgoing } from './ChatPane';
import { together, UnsentWords } from './unsent';

interface ComposerProps {
  onSend: (text: string) => void;
  onStop: (() => void) | null;
  busy: boolean;
  /** What did not get through: it stands here again, before what was written meanwhile. */
  returned: Outgoing | null;
}

const LONGEST = 4000;

export function Composer({ onSend, onStop, busy, returned }: ComposerProps) {
  const { t } = useWords();
  const [text, setText] = useUnsent();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (returned) setText((written) => together(returned.text, written));
  }, [returned, setText]);
  const waiting = busy || onStop !== null;
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    const plain = text.trim();
    if (!plain || waiting) return;
    onSend(plain);
    setText('');
    area.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };
  return (
    <form className="composer" onSubmit={send}>
      <textarea
        ref={area}
        rows={1}
        value={text}
        maxLength={LONGEST}
        aria-label={t('chat.input')}
        placeholder={t('chat.placeholder')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={key}
      />
      {onStop ? (
        <button type="button" className="round" aria-label={t('chat.stop')} onClick={onStop}>
          <Stop />
        </button>
      ) : (
        <button type="submit" className="round" aria-label={t('chat.send')} disabled={waiting || text.trim() === ''}>
          <Send />
        </button>
      )}
    </form>
  );
}

/** What is written, kept in this tab until it is sent; what was begun before the draft had a session goes with it. */
function useUnsent() {
  const { userId } = useDesk();
  const { sessionId } = useSnapshot();
  const [text, setText] = useState(() => new UnsentWords(userId).get(sessionId));
  const draft = useRef(sessionId);
  useEffect(() => {
    const words = new UnsentWords(userId);
    if (draft.current !== sessionId) words.put(draft.current, '');
    draft.current = sessionId;
    words.put(sessionId, text);
  }, [userId, sessionId, text]);
  return [text, setText] as const;
}
