"""Text of many scripts and kinds, a page of each; most of it from the Declaration of Human Rights."""

# ruff: noqa: E501 - prose
CORPUS = {
    "English": """All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood. Everyone is entitled to all the rights and freedoms set forth in this Declaration, without distinction of any kind, such as race, colour, sex, language, religion, political or other opinion, national or social origin, property, birth or other status. I've been thinking about what you said yesterday; isn't it odd that nobody noticed? The quick brown fox doesn't care.""",
    "German": """Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen. Jeder hat Anspruch auf die in dieser Erklärung verkündeten Rechte und Freiheiten ohne irgendeinen Unterschied, etwa nach Rasse, Hautfarbe, Geschlecht, Sprache, Religion, politischer oder sonstiger Überzeugung.""",
    "French": """Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité. Chacun peut se prévaloir de tous les droits et de toutes les libertés proclamés dans la présente Déclaration, sans distinction aucune.""",
    "Chinese": """人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。人人有资格享有本宣言所载的一切权利和自由，不分种族、肤色、性别、语言、宗教、政治或其他见解、国籍或社会出身、财产、出生或其他身分等任何区别。今天天气很好，我们去公园散步吧。请帮我写一段关于人工智能的介绍。""",
    "Japanese": """すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。すべて人は、人種、皮膚の色、性、言語、宗教、政治上その他の意見によるいかなる差別をも受けることなく、この宣言に掲げるすべての権利と自由とを享有することができる。コンピューターのプログラムを書いてください。""",
    "Korean": """모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다. 모든 사람은 인종, 피부색, 성, 언어, 종교, 정치적 또는 기타의 견해, 민족적 또는 사회적 출신, 재산, 출생 또는 기타의 신분과 같은 어떠한 종류의 차별이 없이 이 선언에 규정된 모든 권리와 자유를 향유할 자격이 있다. 오늘 날씨가 좋네요.""",
    "Russian": """Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства. Каждый человек должен обладать всеми правами и всеми свободами, провозглашенными настоящей Декларацией, без какого бы то ни было различия. Расскажи мне, пожалуйста, про погоду в Москве.""",
    "Arabic": """يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح الإخاء. لكل إنسان حق التمتع بكافة الحقوق والحريات الواردة في هذا الإعلان، دون أي تمييز، كالتمييز بسبب العنصر أو اللون أو الجنس أو اللغة أو الدين. اكتب لي رسالة قصيرة من فضلك.""",
    "Hindi": """सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है। उन्हें बुद्धि और अन्तरात्मा की देन प्राप्त है और परस्पर उन्हें भाईचारे के भाव से बर्ताव करना चाहिए।""",
    "Python code": '''def count_words(text: str) -> dict[str, int]:
    """How often each word occurs."""
    counts: dict[str, int] = {}
    for word in text.lower().split():
        counts[word] = counts.get(word, 0) + 1
    return counts


class HTTPServer(BaseServer):
    allow_reuse_address = True

    def __init__(self, server_address, RequestHandlerClass, bind_and_activate=True):
        super().__init__(server_address, RequestHandlerClass)
        self.socket = socket.socket(self.address_family, self.socket_type)
        if bind_and_activate:
            try:
                self.server_bind()
            except OSError as error:
                raise RuntimeError(f"cannot bind: {error!r}") from error
''',
    "JavaScript code": """export async function fetchUser(id) {
  const response = await fetch(`/api/users/${encodeURIComponent(id)}`);
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  const { name, email } = await response.json();
  return { id, name, email, isAdmin: (name ?? "").startsWith("admin") && id !== 0 };
}
const items = [1, 2, 3].map((x) => x * 2).filter(Boolean);
document.querySelector("#app").innerHTML = items.join("<br>");
""",
    "JSON": """{
  "id": "chatcmpl-123", "object": "chat.completion", "created": 1677652288,
  "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "Hello there"}, "finish_reason": "stop"}
  ],
  "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21},
  "tags": ["a", "b", null, true, false], "ratio": 0.125, "nested": {"deep": {"deeper": []}}
}""",
    "Digits": "3141592653589793238462643383279502884197169399375105820974944592307816406286 20899 86280 348253421170679 2024-11-20 13:45:07 +49 170 5555555 1,234,567.89",
    "Emoji": "😀😃😄😁😆 🎉🎊 👍🏽👩‍👩‍👧‍👦 🚀🚀🚀 ❤️ 🇩🇪🇫🇷 🤖💬✨🔥🥳😭🙏",
}
