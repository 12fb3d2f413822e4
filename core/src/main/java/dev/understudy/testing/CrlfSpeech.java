package dev.understudy.testing;

import java.util.List;

/** The same speech with lines that end in CR LF. */
record CrlfSpeech(Speech speech) implements Speech {

    @Override
    public String idHeader() {
        return speech.idHeader();
    }

    @Override
    public List<Wire> events(Answer answer, Form form, Question asked) {
        return speech.events(answer, form, asked).stream().map(Wire::crlf).toList();
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        return speech.whole(answer, form, asked);
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        return speech.error(status, trouble, asked);
    }

    @Override
    public Wire inBand(Trouble trouble) {
        return speech.inBand(trouble).crlf();
    }

    @Override
    public Wire ping() {
        return speech.ping().crlf();
    }

    @Override
    public Wire garbled() {
        return speech.garbled().crlf();
    }
}
