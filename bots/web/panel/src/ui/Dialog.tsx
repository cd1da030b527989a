/**
 * A question that must be answered first. The library keeps the focus inside and gives it back;
 * its own overlay is left out, because it would write a style element that a strict page forbids.
 */
import * as Radix from '@radix-ui/react-dialog';
import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { Close } from './icons';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  text?: ReactNode;
  children: ReactNode;
}

export function Dialog({ open, onClose, title, text, children }: DialogProps) {
  const { t } = useWords();
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <div className="shade" aria-hidden="true" />
        <Radix.Content className="dialog" {...(text ? {} : { 'aria-describedby': undefined })}>
          <Radix.Title className="dialog-title">{title}</Radix.Title>
          {text && <Radix.Description className="dialog-text">{text}</Radix.Description>}
          {children}
          <Radix.Close className="icon-button dialog-close" aria-label={t('app.close')}>
            <Close />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
