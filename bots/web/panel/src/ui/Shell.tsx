/** The frame of every page but the wizard's: a way past it, the name, the person's menu. */
import { useState, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { client } from '../api/client';
import { useAuth } from '../auth';
import { LANGUAGES, useWords, type Lang } from '../i18n';
import { setTheme, theme, type Theme } from '../theme';
import { Globe, Logo, Person } from './icons';
import { Menu } from './Menu';

export function Shell({ children, bar }: { children: ReactNode; bar?: ReactNode }) {
  const { t } = useWords();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t('app.skip')}
      </a>
      <header className="top">
        <div className="top-in">
          <Link to="/dashboard" className="brand">
            <Logo />
            <span>{t('app.name')}</span>
          </Link>
          {bar}
          <PersonMenu />
        </div>
      </header>
      <main id="main" className="page" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** Language, appearance, settings and the way out. */
export function PersonMenu() {
  const { t, lang, setLang } = useWords();
  const { user } = useAuth();
  const navigate = useNavigate();
  const [look, setLook] = useState(theme);
  const choose = (next: Theme) => {
    setTheme(next);
    setLook(next);
  };
  const signOut = async () => {
    const supabase = await client();
    await supabase.auth.signOut({ scope: 'local' });
    await navigate('/login');
  };
  const looks: Theme[] = ['system', 'light', 'dark'];
  return (
    <Menu
      label={t('app.menu')}
      trigger={!user ? <Globe /> : user.email ? <span className="avatar">{[...user.email][0]?.toUpperCase()}</span> : <Person />}
      groups={[
        ...(user
          ? [
              {
                title: user.email ?? t('app.guest'),
                items: [
                  { label: t('app.dashboard'), onSelect: () => void navigate('/dashboard') },
                  { label: t('app.settings'), onSelect: () => void navigate('/settings') },
                  { label: t('app.signOut'), onSelect: () => void signOut() },
                ],
              },
            ]
          : []),
        {
          title: t('app.theme'),
          items: looks.map((one) => ({ label: t(`app.theme.${one}`), checked: look === one, onSelect: () => choose(one) })),
        },
        {
          title: t('app.language'),
          items: (Object.keys(LANGUAGES) as Lang[]).map((one) => ({
            label: LANGUAGES[one],
            checked: lang === one,
            onSelect: () => setLang(one),
          })),
        },
      ]}
    />
  );
}
