/** Catches a fault of a page: the rest of the panel stays, and the person is told what to do. */
import { Component, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { Button } from './Button';

interface Props {
  children: ReactNode;
  fallback?: ReactNode;
}

export class Crash extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? (this.props.fallback ?? <Broken />) : this.props.children;
  }
}

function Broken() {
  const { t } = useWords();
  return (
    <main className="notice" role="alert">
      <h1>{t('app.crash')}</h1>
      <p>{t('app.crash.text')}</p>
      <Button look="primary" onClick={() => window.location.reload()}>
        {t('app.reload')}
      </Button>
    </main>
  );
}
