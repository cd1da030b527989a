/** Starts the panel. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import * as z from 'zod/mini';
import { App } from './App';
import { begin } from './early';
import { applyTheme } from './theme';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/pages.css';
import './styles/sales.css';

// Compiled validators would need `eval`, which the page's policy forbids.
z.config({ jitless: true });
applyTheme();
begin(window.location.pathname);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
