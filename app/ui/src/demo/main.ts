// The demo page: three devices in frames and the story beside them. Each frame is the app itself, under its own folder with its own engine.

import { createApp } from 'vue'
import { addMessages, i18n } from '../app/i18n'
import { watchPrefs } from '../app/prefs'
import en from '../locales/en/demo'
import zh from '../locales/zh-CN/demo'
import '../style/tokens.css'
import '../style/base.css'
import DemoPage from './DemoPage.vue'

addMessages('demo', zh, en)
watchPrefs()
createApp(DemoPage).use(i18n).mount('#demo')
