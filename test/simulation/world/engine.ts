/** Whose ways a simulated browser has. */
export type Engine = 'chromium' | 'firefox' | 'webkit';
