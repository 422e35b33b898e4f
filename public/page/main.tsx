import { render } from 'preact'

const root = document.getElementById('app')
if (root !== null) render(<h1>Remove a background</h1>, root)
