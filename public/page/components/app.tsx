import { Banners } from './banners.tsx'
import { Compose } from './compose.tsx'
import { Jobs } from './jobs.tsx'
import { KeyForm } from './key-form.tsx'
import { SentSteps } from './sent-steps.tsx'
import { useSession } from './session-context.ts'
import { Stage } from './stage.tsx'
import { Top } from './top.tsx'

/** The whole page. */
export const App = () => {
  const { state } = useSession()
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Top />
      <Banners />
      <main id="main" tabIndex={-1}>
        <div class="intro">
          <h1>Remove a background</h1>
          <p>Drop a photo and get its subject: on nothing, or on a background of yours.</p>
        </div>
        {state.keyWanted !== null && <KeyForm reason={state.keyWanted} />}
        <div class="workbench">
          <Compose />
          <Stage />
        </div>
        <Jobs />
        <SentSteps />
      </main>
      <footer class="foot">
        <p>Made with nothing but the GraphQL API of this server. No request leaves it.</p>
      </footer>
      <div class="unseen" role="status">
        {state.announcement}
      </div>
    </>
  )
}
