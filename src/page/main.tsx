import { render } from 'preact'
import { App } from './shell/app.tsx'
import { loadCatalog } from './state/catalog.ts'
import { followAddress, followTheme } from './state/store.ts'

followAddress()
followTheme()
void loadCatalog()
render(<App />, document.body)
