import { refused, signIn } from '../model/act';

/** Name and secret; the service answers with a cookie that no script can read. */
export function SignInForm({ why }: { why: string }) {
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        void signIn(String(data.get('name')), String(data.get('secret')));
      }}
    >
      <h2>{why}</h2>
      <label>
        Name <input name="name" autocomplete="username" required autofocus />
      </label>
      <label>
        Secret <input name="secret" type="password" autocomplete="current-password" required />
      </label>
      <p class="refusal" role="alert">
        {refused.value}
      </p>
      <button type="submit">Sign in</button>
    </form>
  );
}
