"""Where the sources of the law that bear a key were read: an address, or a site and the number of the page there, and
its day where it has one. The law names the key; the pages of the law print what stands here.
"""

from collections.abc import Mapping
from typing import Final

READ_AT: Final[Mapping[str, str]] = {
    "az-13": "tashkent.mfa.gov.az content/71",
    "az-145": (
        "cis-legislation.com rgn=13856 (17.9.2021), legalacts.az 1467 (Decision 271 of 8.8.2014), "
        "health.gov.az (14.7.2010)"
    ),
    "az-160": "dyp.gov.az content/160 (az 27.9.2023, en)",
    "az-166": "qanunlar.az dogum-ve-olumun-…, benefisiar.org 22217 and 4918 (undated, after 2020)",
    "az-167": "azkurs.org Ailə Məcəlləsi page=43 (16.12.2022), genderi.org page=14 (2018)",
    "az-2022": "taq.az 1619 (29.12.2021, decree signed)",
    "az-27": "motors.az part30, part31",
    "az-3": "asan.gov.az annulment and restoration (en), neqliyyat.az 160387 (1.11.2021)",
    "az-30": "nhmt-az.org qa=38",
    "az-39": "cis-legislation.com rgn=5954, fhn.gov.az 51567",
    "az-abroad": (
        "abudhabi.mfa.gov.az content/113, brussels content/53, london content/47, stockholm "
        "content/54, chisinau en content/80"
    ),
    "az-abroad3": "dubai.mfa.gov.az and muscat.mfa.gov.az vvaq-meseleleri (undated)",
    "az-cert30": "median.az 78659 (19.12.2018: new price of the certificate in force, figure not shown)",
    "az-contract": "marja.az 62269",
    "az-dxr": "dxr.az xidmet CA6E0C16",
    "az-engine18": "xezernews.az 41622 (2.8.2018), icma.az 1114579",
    "az-engine21": "xezernews.az 80240 (24.11.2021, second reading), addim.az 2533, manset.az 11783",
    "az-father": "icma.az 1410336, sfera.az 283337",
    "az-fees": "marja.az 80076 (undated; same rates debated 6.6.2018 and 1.11.2021), bizimaz.az (10 manat)",
    "az-ict": "ictnews.az 12990",
    "az-just": "justice.gov.az categories/141, 143",
    "az-keep": "avtotemir.az (9.7.2019)",
    "az-list": "calxanhuquq.com forum (undated)",
    "az-mpcr": "mpcr.cbar.az/en/decree02",
    "az-names": (
        "live.az 3436, minval.biz 123517450, talish.org (1.12.2015), reyting.az 20981 (4.10.2019), "
        "sadehuquq.org"
    ),
    "az-rates": "dda.az",
    "az-util": "taq.az 15170 (9.2.2024)",
    "cmp-family": (
        "a textbook on comparative and international family law, bibliboba.online page 50 (undated)"
    ),
    "kg-0": "kg.kabar.kg (26.5.2021)",
    "kg-0.1": "Toktom, news of 2018 (no address)",
    "kg-0.3": "vb.kg 384697",
    "kg-10": "24.kg 344983 (26.9.2025)",
    "kg-110": "cis-legislation.com rgn=127033 (8.7.2024), rgn=7611, grs.gov.kg laws/1478",
    "kg-2018": "sputnik.kg (14.2.2018), price sputnik.kg (9.3.2020)",
    "kg-407": "cbd.minjust.gov.kg 100149",
    "kg-686": "cis-legislation.com rgn=170717 (20.10.2025)",
    "kg-90": "cbd.minjust.gov.kg 158111 (11.3.2021)",
    "kg-appeal": "jardam.kg, legal aid service of the Ministry of Justice, ID 988 (11.4.2024)",
    "kg-cons": "mfa.gov.kg embassy in China (text 10.10.2023)",
    "kg-grid": "today.kg 861659 (1.2024)",
    "kg-grs": "grs.gov.kg services/274 (11.11.2020)",
    "kg-name": "digital.gov.kg кызматтар/жаак (undated)",
    "kg-naq": "naq.media",
    "kg-noid": "digital.gov.kg кызматтар/жаак (undated)",
    "kg-online": "24.kg 354675 (15.12.2025)",
    "kg-surname": "capow.org, kaktus.media 510905, 514808 (17.12.2024)",
    "kg-tok": "meria.tokmokcity.kg (2019–2020)",
    "kg-tunduk": "Kabar (30.1.2025)",
    "kz-177": "pavlodar.com/zakon dok=04999, zakonpravo.kz article-194 (undated)",
    "kz-2019": "unhcr.org/centralasia p=12993 (2020)",
    "kz-2021": "avtoshod.ru",
    "kz-2022": "test.informburo.kz",
    "kz-254": "adilet Z980000254_",
    "kz-261": "adilet Z100000261_",
    "kz-406": "baq.kz 200028994 (9.1.2026: 4.05 MCI = 2.8 + 1.25)",
    "kz-690": "ealegislation.com rgn=134336 (10.8.2021)",
    "kz-862": "online.zakon.kz/document/?doc_id=31652572 (text 1.1.2025), base.spinform.ru rgn=72987",
    "kz-abroad": (
        "m.egov.kz pass33-2_mid, gov.kz mfa-kiev 444, gov.kz/situations/717, adilet.zan.kz "
        "V2000020857 (4.1.2023)"
    ),
    "kz-appc": "zakonpravo.kz APPC article-91; rimap.unhcr.org node/75501 (art. 92, 19.3.2026)",
    "kz-arm": "ru.ult.kz (16.6.2020)",
    "kz-bcc": "bcc.kz car-lien-check",
    "kz-code": "cis-legislation.com rgn=49314 (text 20.4.2023), adilet.zan.kz/rus/docs/K1100000518",
    "kz-cond": "tucsonforum.ru 2572",
    "kz-duty": "zakon.kz/pravo/6502141 (23.12.2025)",
    "kz-fee23": "onenews.kz newsid=61, drafts altainews.kz 44749, zhalagash-zharshysy.kz (23.4.2023)",
    "kz-fee26": "rus.baq.kz 320016695, zakon.kz/pravo/6509635, kaz.zakon.kz 6077502 (2.3.2026)",
    "kz-korgan": "korgan-zan.kz/?p=690",
    "kz-legal23": "kzvesti.kz 80821 (23.1.2023)",
    "kz-mci20": "16news.kz 9802 (10.4.2020)",
    "kz-mci25": "lada.kz 127314",
    "kz-mci26": "lada.kz 146822 (8.12.2025)",
    "kz-mgov": "mgov.kz (service standard for tractors, undated)",
    "kz-moped": "qamshy.kz 75899 (14.2.2025)",
    "kz-nice18": "zakon.kz 4890217 (22.11.2017)",
    "kz-pat": "zakon.kz/sovety/6498196 (18.11.2025)",
    "kz-plates26": "report.az (2.1.2026)",
    "kz-sms": "zakon.kz/amp/stati/4936946 (undated)",
    "kz-spouse": "inform.kz 2dde33 and kaz.inform.kz 812bfa (31.1.2026)",
    "kz-yellow": "salem-shym.kz (2020)",
    "kz-zhaik": "zhaikpress.kz zhyl-basynan-beri-bko-da-7415 (2024)",
    "nomad-kg": "nomadvisa.app/kyrgyzstan",
    "plates-az": "kennzeichen-guide.de (9.10.2017), de.wikipedia.org",
    "plates-kg": "wikimili.com, de.m.wiki.x.io, zvonyaka.ru, autokennzeichen.de",
    "plates-kz": "wikimili.com",
    "plates-tr": "da.xcv.wiki, and a public regular expression (CarRegexes.java)",
    "plates-uz": "de.zxc.wiki, de-academic.com",
    "tr-15": "hukukdestegi.com 2021/12/06",
    "tr-2577": (
        "ongurpartners.com idari-yargilamada-sureler (text of Law 2577 arts 7, 8, after 14.7.2021),"
        " ahmetekin.com"
    ),
    "tr-27.9": "timeturk.com 1793664 (24.9.2024)",
    "tr-300": "sariveliler.bel.tr, m.haberturk.com 6738 (regulation of 2006)",
    "tr-3names": "gunhaber.com.tr 401911 (2017)",
    "tr-5490": (
        "tbmm.gov.tr/kanunlar/k5490.html, basarmevzuat.com 5490 (Resmî Gazete 26153, 29.4.2006), "
        "muhaz.org bilişim mevzuatı page=18"
    ),
    "tr-7039": "rizenufus.gov.tr Haber 89 (circular 11.12.2017)",
    "tr-cag": "yenicaggazetesi.com 994935 (23.1.2026)",
    "tr-card18": "rizenufus.gov.tr Haber 92 (2018)",
    "tr-card23": "erguven.net (2023)",
    "tr-card25": "gazetevatan.com 2307499 (9.9.2025)",
    "tr-card26": "tgrthaber.com 3272519, bianet.org 314871 (24.12.2025)",
    "tr-edevlet": "edevlet.com",
    "tr-fee25": "glovegatercume.com (2025)",
    "tr-fee26": "teklifimgelsin.com (6.1.2026)",
    "tr-fix": "nvi.gov.tr kayıt düzeltme (16.3.2012), erdemakcay.av.tr",
    "tr-harc": "donanimhaber.com 199890 (19.12.2025)",
    "tr-heir": "engellilik.com (2018)",
    "tr-nofine": "rizenufus.gov.tr Sayfa 9 (2019)",
    "tr-nvi": "nvi.gov.tr sss/dogum-islemleri (undated)",
    "tr-oral": "kykyurtkur.com evde-, nufus-, yurt-disinda- (undated, after 2017)",
    "tr-otv": "engelliler.biz",
    "tr-reg20": "memurlar.net 904381 (9.5.2020), sumeyraserter.com.tr yenidogan (arts 13–15)",
    "tr-roman": "romanyadanismanlik.com",
    "tr-sariv": "sariveliler.bel.tr",
    "tr-sever": "seversintabi.com",
    "tr-sozcu": "sozcu.com.tr p286595 (1.2026)",
    "tr-std": "altindag.gov.tr, malatyakale.gov.tr, sulusaray.gov.tr (18.4.2012), sultandagi.gov.tr",
    "tr-tnb": "portal.tnb.org.tr AracSatisBilgilendirme (undated)",
    "uz-155": "nrm.uz doc 335205",
    "uz-2026": (
        "github.com/jahongir-abduazimov/Amaliy-Hayot posts/…/tugilganlik-guvohnomasi-2026.md (13.1.2026)"
    ),
    "uz-2303": "norma.uz (27.12.2011), kun.uz and showbiz.uz (10.8.2023)",
    "uz-38": "yuz.uz/kk qanday-hollarda",
    "uz-50": "qalampir.uz 130596, teznews.uz, minval.az (22.–23.1.2026; Res. 11 of 20.1.2026)",
    "uz-540": "teletype.in/@j.nurmatov",
    "uz-550": (
        "advice.adliya.uz 1217, xabardor.uz (23.10.2023), buxgalter.uz 737863 (App. 3), "
        "lex.uz/docs/3064981 (387/2016, ended 23.10.2023)"
    ),
    "uz-562": "zamon.uz 38546, darakchi.uz 204907 (Res. 562 of 4.9.2025)",
    "uz-684": "fergana.news 133376 (4.2024)",
    "uz-amal-1": "github.com/jahongir-abduazimov/Amaliy-Hayot avtomobil-notarius (23.1.2026)",
    "uz-amal-2": (
        "github.com/jahongir-abduazimov/Amaliy-Hayot mashina-nomiga-otkazish (12.2.2026), "
        "avtomobil-rasmiylashtirish (17.2.2026)"
    ),
    "uz-bhm": "pulbek.uz; uz.kursiv.media 6.9.2025; one.uz (2025)",
    "uz-car": "car.uz",
    "uz-consul": (
        "consulate.mfa.uz/born, usbekistan.at, uzbekistan.de 1109, github.com/Iskandarcoder/consul.mfa.uz"
    ),
    "uz-dec24": "news.myseldon.com 322402689 (12.2024)",
    "uz-ext": "baxtiyor-oila.uz",
    "uz-faq": "my.gov.uz/ru/site/faq/100",
    "uz-home": "xabardor.uz davlat-xizmatlarini-joylarga (4.9.2023)",
    "uz-iib": "xorazm-iib.uz (23.1.2017)",
    "uz-norma": "gazeta.norma.uz text154273",
    "uz-surname": "sputniknews.uz 54774683 (13.1.2026)",
    "uz-vaqt": "vaqt.uz 6575 (8.8.2025)",
}
