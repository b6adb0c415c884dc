"""What people write for a country, and the code (ISO 3166) that is meant."""

from __future__ import annotations

NAMES = {
    "AE": "United Arab Emirates, UAE, 阿联酋", "AT": "Austria, 奥地利", "AU": "Australia, 澳大利亚",
    "BE": "Belgium, 比利时", "BR": "Brazil, 巴西", "CA": "Canada, 加拿大", "CH": "Switzerland, 瑞士",
    "CN": "China, PRC, 中国", "CZ": "Czechia, Czech Republic, 捷克", "DE": "Germany, Deutschland, 德国",
    "DK": "Denmark, 丹麦", "ES": "Spain, 西班牙", "FI": "Finland, 芬兰", "FR": "France, 法国",
    "GB": "United Kingdom, UK, Great Britain, 英国", "HK": "Hong Kong, 香港, 中国香港", "ID": "Indonesia, 印尼",
    "IE": "Ireland, 爱尔兰", "IN": "India, 印度", "IT": "Italy, 意大利", "JP": "Japan, 日本",
    "KR": "South Korea, Korea, 韩国", "MX": "Mexico, 墨西哥", "MY": "Malaysia, 马来西亚",
    "NL": "Netherlands, The Netherlands, 荷兰", "NO": "Norway, 挪威", "NZ": "New Zealand, 新西兰",
    "PH": "Philippines, 菲律宾", "PL": "Poland, 波兰", "PT": "Portugal, 葡萄牙", "RU": "Russia, 俄罗斯",
    "SA": "Saudi Arabia, 沙特阿拉伯, 沙特", "SE": "Sweden, 瑞典", "SG": "Singapore, 新加坡", "TH": "Thailand, 泰国",
    "TR": "Turkey, Türkiye, 土耳其", "TW": "Taiwan, 台湾, 中国台湾", "US": "United States, USA, America, 美国",
    "VN": "Vietnam, 越南", "ZA": "South Africa, 南非",
}  # fmt: skip
"""The usual countries of customers, by code."""
CODES = {name.casefold(): code for code, names in NAMES.items() for name in names.split(", ")}


def find_country(text: str) -> str:
    """The code that a country's name, or a code in small letters, stands for; empty where nobody could say."""
    word = text.strip().casefold()
    if word in CODES:
        return CODES[word]
    return word.upper() if len(word) == 2 and word.isascii() and word.isalpha() else ""
