// Words of a move, which both the phone and the office make; loaded with its form.
import { addMessages } from '../app/i18n'
import en from '../locales/en/move'
import zh from '../locales/zh-CN/move'

addMessages('move', zh, en)
