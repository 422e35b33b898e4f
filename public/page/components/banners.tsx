import { useSession } from './session-context.ts'

/** What holds for the whole page: that the sandbox answers, that the connection is lost. */
export const Banners = () => {
  const { isSandbox, waitingForConnection } = useSession().state
  return (
    <>
      {isSandbox && (
        <p class="banner sandbox">
          <b>Sandbox</b> Nothing is charged, and no picture leaves this machine.
        </p>
      )}
      {waitingForConnection > 0 && (
        <p class="banner lost">
          <b>The connection to the server is lost.</b> The page tries again by itself. Nothing is paid twice: each photo
          keeps its idempotency key.
        </p>
      )}
    </>
  )
}
