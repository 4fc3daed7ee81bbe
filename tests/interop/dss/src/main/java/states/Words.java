package states;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** One line of the table: words, of which some are names of what follows them. */
final class Words {
  private final List<String> words;

  Words(String line) {
    words = List.of(line.trim().split("\\s+"));
  }

  /** The same line about one more name, which becomes its second word. */
  Words insert(String name) {
    List<String> more = new ArrayList<>(words);
    more.add(1, name);
    return new Words(String.join(" ", more));
  }

  String at(int position) {
    if (position >= words.size()) throw new IllegalArgumentException("'" + this + "' wants more words");
    return words.get(position);
  }

  boolean has(String word) {
    return words.contains(word);
  }

  String after(String word, String otherwise) {
    int position = words.indexOf(word);
    return position < 0 ? otherwise : at(position + 1);
  }

  /** The position behind each occurrence of a word. */
  List<Integer> behind(String word) {
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) if (words.get(i).equals(word)) positions.add(i + 1);
    return positions;
  }

  /** 2026-06-01 is noon of that day, in UTC; a time may follow: 2026-06-01T13:30. */
  static Date date(String word) {
    return Date.from(Instant.parse(word + (word.contains("T") ? ":00Z" : "T12:00:00Z")));
  }

  Date date(int position) {
    return date(at(position));
  }

  @Override
  public String toString() {
    return String.join(" ", words);
  }
}
