/** Copies a text, and says on itself that it did. */
import { useState } from 'react';
import { useWords, type Key } from '../i18n';
import { Button } from './Button';
import { Copy } from './icons';

interface CopyButtonProps {
  text: string;
  /** What it says before, and after. */
  words?: Key;
  done?: Key;
}

export function CopyButton({ text, words = 'event.copy', done = 'event.copied' }: CopyButtonProps) {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => setCopied(false));
  return (
    <>
      <Button icon={<Copy />} onClick={copy}>{t(copied ? done : words)}</Button>
      <span className="unseen" role="status">{copied ? t(done) : ''}</span>
    </>
  );
}
