package dev.understudy.gateway.clients;

/** A structured output, in the form that OpenAI's client derives a schema from. */
public final class OpenAiSky {
    public String city;
    public String sky;

    JavaClient.Sky sky() {
        return new JavaClient.Sky(city, sky);
    }
}
