// Who looks: asks for the token first, and again above the view when a session has ended.

import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../parts/dialog';
import { SignIn } from '../parts/sign-in';
import { Chosen } from './chosen';
import { checkSession, useSession } from './session';

export function App() {
  const session = useSession();
  const [wasIn, setWasIn] = useState(false);
  useEffect(() => {
    void checkSession();
  }, []);
  useEffect(() => {
    if (session === 'in') setWasIn(true);
  }, [session]);
  if (session === 'unknown') return <main class="waiting" aria-busy="true" />;
  if (session === 'out' && !wasIn) {
    return (
      <main class="alone">
        <h1>Sign in</h1>
        <SignIn isAgain={false} />
      </main>
    );
  }
  return (
    <>
      <Chosen />
      {session === 'out' && (
        <Dialog title="Sign in">
          <SignIn isAgain />
        </Dialog>
      )}
    </>
  );
}
