// Asks for the token. Above the view, which stays as it is.

import { useRef, useState } from 'preact/hooks';
import { refresh } from '../app/answers';
import { signIn } from '../app/session';

interface SignInProps {
  /** Somebody was signed in before. */
  readonly isAgain: boolean;
}

export function SignIn({ isAgain }: SignInProps) {
  const token = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState('');
  const [isAsking, setAsking] = useState(false);
  return (
    <form
      class="sign-in"
      aria-label="Sign in"
      onSubmit={async (event) => {
        event.preventDefault();
        setAsking(true);
        try {
          await signIn(token.current!.value);
          refresh();
        } catch (error) {
          setTrouble((error as Error).message);
          token.current?.select();
        } finally {
          setAsking(false);
        }
      }}
    >
      <p>
        {isAgain
          ? 'Your session has ended. Sign in again to go on where you were.'
          : 'The numbers are for those who have a token: the admin token, or one to read a project.'}
      </p>
      {/* Nobody types a name; password managers look for one. */}
      <input autocomplete="username" value="admin" hidden readOnly />
      <label>
        Token
        <input
          ref={token}
          type="password"
          name="token"
          required
          autocomplete="current-password"
          autofocus
          aria-invalid={trouble !== ''}
          aria-describedby="sign-in-trouble"
        />
      </label>
      <p id="sign-in-trouble" class="trouble" role="alert">
        {trouble}
      </p>
      <button type="submit" class="primary" disabled={isAsking}>
        Sign in
      </button>
    </form>
  );
}
