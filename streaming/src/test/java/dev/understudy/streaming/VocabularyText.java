package dev.understudy.streaming;

/** Answers of simulated servers, of the kinds of text in which tokens end at different places. */
enum VocabularyText {
    PROSE("""
            The lighthouse keeper wrote down the weather every evening, although nobody had asked him to for years. \
            "Wind from the north-west," he noted, "and a sea like hammered tin." Then he counted the ships: three \
            trawlers, a ferry that was late, and something without lights that he didn't write down at all."""),
    CHINESE("""
            傍晚的时候，守灯塔的人把天气写进本子里，虽然这么多年已经没有人要他这样做了。他写道：“西北风，海面像一块敲打过的锡。”\
            然后他数了数船：三条渔船，一班晚点的渡轮，还有一条没有灯的船，他没有记下来。"""),
    JAPANESE("""
            灯台守は毎晩、天気を帳面に書きつけた。もう何年も誰にも頼まれていないのに。「北西の風、海は打ち延ばした錫のよう」と書き、\
            それから船を数えた。漁船が三隻、遅れたフェリーが一隻、そして灯りのない何か。それだけは書かなかった。"""),
    THAI("""
            ทุกเย็นคนเฝ้าประภาคารจะจดสภาพอากาศลงในสมุด แม้จะไม่มีใครขอให้เขาทำมาหลายปีแล้ว เขาเขียนว่าลมตะวันตกเฉียงเหนือ \
            ทะเลเหมือนแผ่นดีบุกที่ถูกตี แล้วเขาก็นับเรือ เรือประมงสามลำ เรือข้ามฟากที่มาสายหนึ่งลำ"""),
    RUSSIAN("""
            Смотритель маяка каждый вечер записывал погоду, хотя его давно уже никто об этом не просил. «Ветер \
            северо-западный, — отметил он, — море словно кованое олово». Потом он сосчитал корабли: три траулера, \
            опоздавший паром и что-то без огней, чего он так и не записал."""),
    JAVA("""
            package tower;

            import java.time.Instant;
            import java.util.List;

            /** A note about one evening. */
            public record Note(Instant at, List<String> ships) {

                public static Note of(String... ships) {
                    return new Note(Instant.now(), List.of(ships));
                }

                int lateShips() {
                    return (int) ships.stream().filter(s -> s.endsWith("(late)")).count();
                }
            }
            """),
    PYTHON("""
            from dataclasses import dataclass, field


            @dataclass
            class Note:
                at: float
                ships: list[str] = field(default_factory=list)

                def late_ships(self) -> int:
                    return sum(1 for ship in self.ships if ship.endswith("(late)"))


            if __name__ == "__main__":
                print(Note(1.5e9, ["ferry (late)", "trawler"]).late_ships())
            """),
    MARKDOWN("""
            ## Evening log

            | time  | ship        | state      |
            |:------|:------------|-----------:|
            | 18:05 | *Marie*     | on time    |
            | 19:40 | **Ferry 3** | 25 min late |

            1. Wind: `NW 6`, rising
            2. Sea: ~~calm~~ rough

            > Nothing else was seen. See [the chart](charts/bay.svg).
            """),
    LINKS("""
            See https://archive.example.org/lighthouse/logs/1987/11/29?page=14&sort=desc&filter=ship%3Aferry%20late#entry-0093 \
            and https://cdn.example.net/img/3f2a9c1be07d4d5c8a61/tower_2048x1365@2x.jpeg?sig=9rX0vQ7b1kZ-_aP&expires=1796000000, \
            or ftp://files.example.com/pub/tides/NW-coast/table_1987_Q4.csv.gz for the tides."""),
    EMOJI("""
            Log 📓: wind 💨 NW, sea 🌊🌊 rough, mood 🙂➡️😴. Ships: 🚢🚢🚢 + ferry ⛴️ (late ⏰). Crew 👩🏽‍✈️ 👨‍👩‍👧‍👦 waved \
            👋🏿, flags 🇳🇴🇩🇰🏴󠁧󠁢󠁳󠁣󠁴󠁿 up. Dinner 🍲 at 7️⃣, lights 💡 out at 🔟!""");

    final String text;

    VocabularyText(String text) {
        this.text = text;
    }
}
