package dev.understudy.testing;

import java.util.List;

/** Writes another format with lines that end in CR LF. */
record CrlfFormat(WireFormat wireFormat) implements WireFormat {

    @Override
    public String idHeader() {
        return wireFormat.idHeader();
    }

    @Override
    public String streamType() {
        return wireFormat.streamType();
    }

    @Override
    public List<WireEvent> events(Answer answer, Form form, Question asked) {
        return wireFormat.events(answer, form, asked).stream()
                .map(WireEvent::crlf)
                .toList();
    }

    @Override
    public String whole(Answer answer, Form form, Question asked) {
        return wireFormat.whole(answer, form, asked);
    }

    @Override
    public String error(int status, Trouble trouble, Question asked) {
        return wireFormat.error(status, trouble, asked);
    }

    @Override
    public WireEvent inBand(Trouble trouble) {
        return wireFormat.inBand(trouble).crlf();
    }

    @Override
    public WireEvent ping() {
        return wireFormat.ping().crlf();
    }

    @Override
    public WireEvent garbled() {
        return wireFormat.garbled().crlf();
    }
}
