package org.gridwalk.client

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.speech.tts.TextToSpeech
import android.speech.tts.UtteranceProgressListener
import android.speech.tts.Voice
import androidx.appcompat.app.AppCompatActivity
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin
import java.util.Locale

@InvokeArg
class LangArgs {
  var lang: String = "zh-CN"
}

@InvokeArg
class SpeakArgs {
  var text: String = ""
  var lang: String = "zh-CN"
}

@InvokeArg
class DialArgs {
  var number: String = ""
}

/**
 * Reads aloud with a voice that is on the phone, and opens the dialler. What is read may be about a person, so a voice that needs the network is never
 * taken; without one of its own `available` says false and the page shows no button. Everything runs on the main thread, so no lock is needed; an
 * answer is given exactly once.
 */
@TauriPlugin
class PhonePlugin(private val activity: Activity) : Plugin(activity) {
  private companion object {
    /** The page sends parts of some hundred characters; Android's own limit is 4,000. */
    const val TEXT_CHARS_MAX = 1_000
    const val NUMBER_CHARS_MAX = 20
  }

  private enum class Engine { NONE, STARTING, READY, FAILED }

  private val main = Handler(Looper.getMainLooper())
  private var speech: TextToSpeech? = null
  private var engine = Engine.NONE
  private val waiting = ArrayList<(Boolean) -> Unit>()
  private var speaking: Invoke? = null
  private var utterance = 0L

  @Command
  fun available(invoke: Invoke) {
    val lang = invoke.parseArgs(LangArgs::class.java).lang
    main.post { whenReady { ready -> answer(invoke, ready && voiceOf(lang) != null) } }
  }

  @Command
  fun speak(invoke: Invoke) {
    val args = invoke.parseArgs(SpeakArgs::class.java)
    if (args.text.isBlank() || args.text.length > TEXT_CHARS_MAX) {
      invoke.reject("nothing to read, or too much at once", "invalid_args")
      return
    }
    main.post { whenReady { ready -> if (ready) say(invoke, args) else invoke.reject("no voice", "no_voice") } }
  }

  @Command
  fun stop(invoke: Invoke) {
    main.post {
      hush()
      invoke.resolve()
    }
  }

  /** Opens the dialler with the number in it; the person presses the call. No permission is needed, and none is asked for. */
  @Command
  fun dial(invoke: Invoke) {
    val number = invoke.parseArgs(DialArgs::class.java).number
    if (number.isEmpty() || number.length > NUMBER_CHARS_MAX || !number.all { it.isDigit() || it == '+' || it == '-' }) {
      invoke.reject("not a number", "invalid_args")
      return
    }
    main.post {
      try {
        activity.startActivity(Intent(Intent.ACTION_DIAL, Uri.fromParts("tel", number, null)))
        invoke.resolve()
      } catch (e: ActivityNotFoundException) {
        invoke.reject("no dialler", "no_dialler")
      }
    }
  }

  /** Nothing is heard from a pocket, or behind another app. */
  override fun onPause(activity: AppCompatActivity) {
    hush()
  }

  override fun onDestroy(activity: AppCompatActivity) {
    hush()
    speech?.shutdown()
    speech = null
    engine = Engine.NONE
  }

  /** Starts the phone's engine at the first use, which takes a moment, and never at the start of the app. */
  private fun whenReady(then: (Boolean) -> Unit) {
    when (engine) {
      Engine.READY -> then(true)
      Engine.FAILED -> then(false)
      Engine.STARTING -> waiting.add(then)
      Engine.NONE -> {
        engine = Engine.STARTING
        waiting.add(then)
        // The engine answers on this thread too, but may do so before the constructor returns.
        speech = TextToSpeech(activity.applicationContext) { status -> main.post { started(status == TextToSpeech.SUCCESS) } }
      }
    }
  }

  private fun started(isReady: Boolean) {
    if (engine != Engine.STARTING) return
    engine = if (isReady) Engine.READY else Engine.FAILED
    if (isReady) speech?.setOnUtteranceProgressListener(Progress())
    val those = ArrayList(waiting)
    waiting.clear()
    those.forEach { it(isReady) }
  }

  /** A voice of the language that is on the phone and whole. Cantonese is not taken for Mandarin. */
  private fun voiceOf(lang: String): Voice? {
    val wanted = Locale.forLanguageTag(lang)
    val all = try {
      speech?.voices ?: return null
    } catch (e: RuntimeException) {
      // Some engines throw here instead of answering that they have none.
      return null
    }
    return all.filter { voice ->
      val isWhole = voice.features?.contains(TextToSpeech.Engine.KEY_FEATURE_NOT_INSTALLED) != true
      val isMandarin = wanted.language != "zh" || voice.locale.country in setOf("", "CN", "CHN", "SG", "SGP")
      !voice.isNetworkConnectionRequired && isWhole && isMandarin && isSame(voice.locale, wanted)
    }.maxByOrNull { it.quality }
  }

  /** Engines name Chinese `zh`, `zho` or `cmn`. */
  private fun isSame(have: Locale, wanted: Locale): Boolean = when (wanted.language) {
    "zh" -> have.language in setOf("zh", "zho", "chi", "cmn")
    "en" -> have.language in setOf("en", "eng")
    else -> false
  }

  private fun say(invoke: Invoke, args: SpeakArgs) {
    hush()
    val voice = voiceOf(args.lang)
    val engine = speech
    if (voice == null || engine == null) {
      invoke.reject("no voice", "no_voice")
      return
    }
    engine.voice = voice
    utterance += 1
    speaking = invoke
    if (engine.speak(args.text, TextToSpeech.QUEUE_FLUSH, Bundle(), utterance.toString()) != TextToSpeech.SUCCESS) finish(utterance.toString(), false)
  }

  private fun hush() {
    speech?.stop()
    finish(utterance.toString(), true)
  }

  /** Answers the one that is being read, once, if it is still that one. */
  private fun finish(id: String?, isDone: Boolean) {
    if (id != utterance.toString()) return
    val invoke = speaking ?: return
    speaking = null
    if (isDone) invoke.resolve() else invoke.reject("the voice failed", "no_voice")
  }

  private fun answer(invoke: Invoke, isAvailable: Boolean) {
    val reply = JSObject()
    reply.put("available", isAvailable)
    invoke.resolve(reply)
  }

  /** Told on a thread of the engine. */
  private inner class Progress : UtteranceProgressListener() {
    override fun onStart(id: String?) = Unit

    override fun onDone(id: String?) {
      main.post { finish(id, true) }
    }

    override fun onStop(id: String?, interrupted: Boolean) {
      main.post { finish(id, true) }
    }

    @Deprecated("older engines tell it this way")
    override fun onError(id: String?) {
      main.post { finish(id, false) }
    }

    override fun onError(id: String?, code: Int) {
      main.post { finish(id, false) }
    }
  }
}
