// Sets theme, elder mode and language on <html> before the first paint, from what the person chose on this device (see src/app/prefs.ts).
// A file of its own because the shell's policy allows no inline script.
(function () {
  var root = document.documentElement
  var prefs = {}
  try {
    prefs = JSON.parse(localStorage.getItem('gridwalk:prefs:' + location.pathname.replace(/[^/]*$/, '')) || '{}')
  } catch (_) {
    // Storage is off or holds something else: the defaults do.
  }
  var theme = prefs.theme
  if (theme !== 'light' && theme !== 'dark' && theme !== 'outdoor') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  root.setAttribute('data-theme', theme)
  if (prefs.elder === true) root.setAttribute('data-mode', 'elder')
  if (prefs.lang === 'en') root.lang = 'en'
})()
