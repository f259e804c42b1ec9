/** Starts the page: finds out who is signed in, and shows it. */

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { auth } from './auth.ts';
import { followServer } from './server-news.ts';

// What it throws is in the journal already, as the event of the refresh that failed.
void auth.restore();
followServer();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
