package dev.understudy.examples.springai;

import org.springframework.ai.tool.annotation.Tool;

/** A tool that the model may call. */
class WeatherTools {

    @Tool(description = "The weather of a city today")
    String weather(String city) {
        return "sunny in " + city + ", 24 degrees";
    }
}
