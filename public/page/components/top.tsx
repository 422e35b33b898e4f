import { accountLabel } from '../words/labels.ts'
import { KeyIcon, Logo } from './icons.tsx'
import { useSession } from './session-context.ts'

/** The head of the page: what it is, whose account pays, whose key is used. */
export const Top = () => {
  const { state, actions } = useSession()
  return (
    <header class="top">
      <p class="brand">
        <Logo />
        <span>
          Magic Hour <b>GraphQL</b>
        </span>
      </p>
      <div class="top-end">
        {state.account !== null && (
          <p class="chip" title="The account that pays">
            <span class="unseen">Account: </span>
            {accountLabel(state.account)}
          </p>
        )}
        {state.hasKey && (
          <button type="button" class="quiet" onClick={actions.forgetKey}>
            <KeyIcon />
            Forget the key
          </button>
        )}
      </div>
    </header>
  )
}
