import { addMessages } from '../app/i18n'
import en from '../locales/en/me'
import zh from '../locales/zh-CN/me'

addMessages('me', zh, en)
