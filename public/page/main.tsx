import './styles/base.css'
import './styles/controls.css'
import './styles/layout.css'
import './styles/compose.css'
import './styles/stage.css'
import './styles/jobs.css'
import './styles/sent.css'
import { render } from 'preact'
import { App } from './components/app.tsx'
import { SessionContext } from './components/session-context.ts'
import { guardWindow } from './guard-window.ts'
import { createActions } from './state/actions.ts'

const root = document.getElementById('app')
const actions = createActions()
if (root !== null) {
  render(
    <SessionContext.Provider value={actions}>
      <App />
    </SessionContext.Provider>,
    root,
  )
  actions.begin()
  guardWindow(actions.store)
}
