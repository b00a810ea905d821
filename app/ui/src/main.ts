// Starts the app: token, preferences, session, router. The screens themselves are in worker/, head/, office/ and first-run/.

import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { adoptSessionToken, listenForChanges } from './app/api'
import { dialNumbers } from './app/dial'
import { i18n } from './app/i18n'
import { watchPrefs } from './app/prefs'
import { router, watchSession } from './app/router'
import './style/tokens.css'
import './style/base.css'

adoptSessionToken()
watchPrefs()
dialNumbers()
const app = createApp(App)
app.use(createPinia())
app.use(i18n)
app.use(router)
watchSession()
void listenForChanges()
app.mount('#app')
