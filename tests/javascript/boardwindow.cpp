// SPDX-License-Identifier: MIT

//! The window of the whiteboard, for browser.js: boardwindow PORT.
///
/// It answers each line of its input: `save FILE` writes what the window's board shows, `compare
/// FILE FILE` prints which share of two pictures is different, `quit` ends it.

#include <QtCore/QSocketNotifier>
#include <QtCore/QTextStream>
#include <QtGui/QGuiApplication>
#include <QtGui/QImage>
#include <QtGui/QPainter>
#include <QtQml/QQmlApplicationEngine>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>

#include <cstdlib>
#include <unistd.h>

namespace {

constexpr QSize boardSize(780, 560);
constexpr int tolerance = 128; // of a channel: edges are smoothed in different ways

QImage onPaper(const QImage &picture)
{
    QImage paper(boardSize, QImage::Format_RGB32);
    paper.fill(Qt::white);
    QPainter painter(&paper);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRect(QPoint(), boardSize), picture);
    return paper;
}

QQuickItem *boardOf(QQuickItem *item)
{
    if (item->inherits("Board"))
        return item;
    const auto children = item->childItems();
    for (QQuickItem *child : children) {
        if (QQuickItem *board = boardOf(child))
            return board;
    }
    return nullptr;
}

bool save(QQuickWindow *window, const QString &file)
{
    const QQuickItem *board = boardOf(window->contentItem());
    const QRectF place = board->mapRectToScene(board->boundingRect());
    return onPaper(window->grabWindow().copy(place.toAlignedRect())).save(file);
}

bool differs(QRgb a, QRgb b)
{
    return std::abs(qRed(a) - qRed(b)) > tolerance || std::abs(qGreen(a) - qGreen(b)) > tolerance
        || std::abs(qBlue(a) - qBlue(b)) > tolerance;
}

//! In thousandths of what either of them has drawn.
int difference(const QImage &a, const QImage &b)
{
    int drawn = 0;
    int different = 0;
    for (int y = 0; y < boardSize.height(); ++y) {
        for (int x = 0; x < boardSize.width(); ++x) {
            drawn += differs(a.pixel(x, y), 0xffffffff) || differs(b.pixel(x, y), 0xffffffff);
            different += differs(a.pixel(x, y), b.pixel(x, y));
        }
    }
    return drawn == 0 ? 1000 : different * 1000 / drawn;
}

QString run(QQuickWindow *window, const QStringList &words)
{
    if (words.first() == "save")
        return save(window, words.last()) ? "saved" : "failed";
    if (words.first() == "compare")
        return QString::number(difference(onPaper(QImage(words[1])), onPaper(QImage(words[2]))));
    QCoreApplication::quit();
    return "bye";
}

} // namespace

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    QQmlApplicationEngine engine;
    engine.addImportPath(QREPOD_QML_IMPORT_PATH);
    engine.setInitialProperties({{"host", "127.0.0.1"}, {"port", QString(argv[1]).toInt()}});
    engine.load(QUrl("qrc:/qt/qml/Whiteboard/Main.qml"));
    auto *window = qobject_cast<QQuickWindow *>(engine.rootObjects().value(0));
    if (!window)
        return 1;
    QTextStream in(stdin);
    QTextStream out(stdout);
    QSocketNotifier notifier(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &application, [&] {
        const QString line = in.readLine();
        out << (line.isNull() ? run(window, {"quit"}) : run(window, line.split(' '))) << Qt::endl;
    });
    return QGuiApplication::exec();
}
