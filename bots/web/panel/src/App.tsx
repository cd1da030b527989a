/** The pages and what they share. Each page is loaded when it is opened; signing in is there at once. */
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { asFailure } from './api/failure';
import { AuthProvider, signInAgain, useAuth } from './auth';
import { WordsProvider } from './i18n';
import { Login } from './pages/Login';
import { NotFound } from './pages/NotFound';
import { Crash } from './ui/Crash';
import { Waiting } from './ui/Waiting';

const Reset = lazy(() => import('./pages/Reset'));
const Dashboard = lazy(() => import('./pages/Dashboard'));
const Settings = lazy(() => import('./pages/Settings'));
const EventPage = lazy(() => import('./pages/EventPage'));
const Guests = lazy(() => import('./pages/Guests'));
const CheckIn = lazy(() => import('./pages/CheckIn'));
const CheckInByLink = lazy(() => import('./pages/CheckIn').then((page) => ({ default: page.CheckInByLink })));
const Import = lazy(() => import('./pages/Import'));
const Webhooks = lazy(() => import('./pages/Webhooks'));
const WizardPage = lazy(() => import('./wizard/WizardPage'));

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (thrown) => {
      if (asFailure(thrown).kind === 'auth') signInAgain();
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5 * 60_000,
      gcTime: 30 * 60_000,
      retry: (count, thrown) => count < 3 && ['network', 'server', 'unavailable'].includes(asFailure(thrown).kind),
    },
  },
});

export function App() {
  return (
    <WordsProvider>
      <Crash>
        <QueryClientProvider client={queries}>
          <AuthProvider>
            <BrowserRouter>
              <Suspense fallback={<Waiting page />}>
                <Pages />
              </Suspense>
            </BrowserRouter>
          </AuthProvider>
        </QueryClientProvider>
      </Crash>
    </WordsProvider>
  );
}

function Pages() {
  return (
    <Routes>
      <Route path="/" element={<Start />} />
      <Route path="/login" element={<Login />} />
      <Route path="/reset" element={<Reset />} />
      <Route path="/settings" element={<Settings />} />
      <Route path="/dashboard" element={<Dashboard />} />
      <Route path="/dashboard/events/:id" element={<EventPage />} />
      <Route path="/dashboard/events/:id/guests" element={<Guests />} />
      <Route path="/checkin/:event" element={<CheckIn />} />
      <Route path="/door/:token" element={<CheckInByLink />} />
      <Route path="/import" element={<Import />} />
      <Route path="/settings/webhooks" element={<Webhooks />} />
      <Route path="/wizard/:id" element={<WizardPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}

function Start() {
  const { status } = useAuth();
  if (status === 'loading') return <Waiting page />;
  return <Navigate to={status === 'in' ? '/dashboard' : '/login'} replace />;
}
