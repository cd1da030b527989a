/** Where one writes to the assistant: Enter sends, Shift and Enter begins a new line, and while it works it can be stopped. */
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { useWords } from '../i18n';
import { Send, Stop } from '../ui/icons';
import type { Outgoing } from './ChatPane';

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
  const [text, setText] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (returned) setText((written) => (written.trim() ? `${returned.text}\n${written}` : returned.text));
  }, [returned]);
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
