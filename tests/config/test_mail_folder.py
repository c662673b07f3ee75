"""Mail in a folder: one file a mail, there when it is whole."""

from django.core.mail import EmailMessage

from backend.config import mail
from backend.config.mail_folder import EmailBackend


def backend(folder):
    return EmailBackend(**mail.mailer(folder.as_uri())["OPTIONS"], alias="default")


def a_mail(subject):
    return EmailMessage(subject, "text", "shop@shopwire.example", ["alice@shopwire.example"])


def test_the_folder_is_served_by_it(tmp_path):
    assert mail.mailer(tmp_path.as_uri()) == {
        "BACKEND": "backend.config.mail_folder.EmailBackend",
        "OPTIONS": {"file_path": str(tmp_path)},
    }


def test_mails_of_one_moment_do_not_mix(tmp_path):
    first, second = backend(tmp_path), backend(tmp_path)
    first.open()
    second.open()

    for writer, subject in ((first, "one"), (second, "two")):
        writer.write_message(a_mail(subject))
        writer.close()

    texts = [file.read_text() for file in tmp_path.glob("*.log")]
    assert sorted("Subject: one" in text for text in texts) == [False, True]
    assert [text.count("Subject: ") for text in texts] == [1, 1]


def test_a_mail_is_not_there_until_it_is_whole(tmp_path):
    writer = backend(tmp_path)
    writer.open()
    writer.write_message(a_mail("one"))

    assert list(tmp_path.glob("*.log")) == []

    writer.close()
    assert len(list(tmp_path.glob("*.log"))) == 1


def test_mails_that_are_sent_together_are_all_there(tmp_path):
    assert backend(tmp_path).send_messages([a_mail("one"), a_mail("two")]) == 2

    (file,) = tmp_path.glob("*.log")
    assert file.read_text().count("-" * 79) == 2
