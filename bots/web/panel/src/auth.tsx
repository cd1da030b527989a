/** Who is signed in. Pages that need a person send everybody else to sign in, and back afterwards. */
import type { User } from '@supabase/supabase-js';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { client } from './api/client';
import { Waiting } from './ui/Waiting';

interface Auth {
  status: 'loading' | 'in' | 'out';
  user: User | null;
  recovering: boolean;
}

const Context = createContext<Auth>({ status: 'loading', user: null, recovering: false });

export const useAuth = () => useContext(Context);

export function AuthProvider({ children }: { children: ReactNode }) {
  const [auth, setAuth] = useState<Auth>({ status: 'loading', user: null, recovering: false });
  useEffect(() => {
    let stop: (() => void) | null = null;
    let gone = false;
    void client().then((supabase) => {
      if (gone) return;
      const { data } = supabase.auth.onAuthStateChange((event, session) => {
        const user = session?.user ?? null;
        setAuth((before) => ({
          status: user ? 'in' : 'out',
          user: before.user?.id === user?.id && event === 'TOKEN_REFRESHED' ? before.user : user,
          recovering: event === 'PASSWORD_RECOVERY' || (before.recovering && user !== null),
        }));
      });
      stop = () => data.subscription.unsubscribe();
    });
    return () => {
      gone = true;
      stop?.();
    };
  }, []);
  const value = useMemo(() => auth, [auth]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** Shows its page to a signed-in person only. */
export function RequireUser({ children }: { children: (user: User) => ReactNode }) {
  const { status, user } = useAuth();
  const { pathname, search } = useLocation();
  if (status === 'loading') return <Waiting page />;
  if (!user) return <Navigate to={`/login?next=${encodeURIComponent(pathname + search)}`} replace />;
  return children(user);
}

/** Forgets a session that the server refuses; the page then asks to sign in, and comes back. */
export function signInAgain(): void {
  void client().then((supabase) => supabase.auth.signOut({ scope: 'local' }));
}

/** A path of this panel to go on to; anything else is the dashboard. */
export function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : '/dashboard';
}
