/** Starts the page. */

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AuthProvider } from 'silent-refresh/react';
import { App } from './App.tsx';
import { followServer } from './demo-server/news.ts';
import { auth } from './instruments/instrumented-client.ts';

followServer();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <AuthProvider client={auth}>
        <App />
      </AuthProvider>
    </StrictMode>,
  );
}
